# Written by `python -m dsp_ext.meters.design_true_peak`. Do not edit.

cdef extern from *:
    """
    static const float HALF[32] = {-3.689639925e-05f, 7.559807273e-05f, -1.336056303e-04f, 2.165456535e-04f, -3.309674503e-04f, 4.843957722e-04f, -6.853809464e-04f, 9.435497923e-04f, -1.269663102e-03f, 1.675687497e-03f, -2.174895257e-03f, 2.782006282e-03f, -3.513397183e-03f, 4.387413617e-03f, -5.424827803e-03f, 6.649517454e-03f, -8.089466020e-03f, 9.778248146e-03f, -1.175724622e-02f, 1.407902036e-02f, -1.681250520e-02f, 2.005127259e-02f, -2.392708138e-02f, 2.863306180e-02f, -3.446551040e-02f, 4.190426692e-02f, -5.178081617e-02f, 6.567041576e-02f, -8.695639670e-02f, 1.244483888e-01f, -2.104731202e-01f, 6.360523701e-01f};
    static const float FINE_S1[5] = {1.078990055e-03f, -6.302962080e-03f, 2.213745937e-02f, -6.613379717e-02f, 5.492203236e-01f};
    static const float FINE_S2[5] = {1.723663067e-03f, -1.094190963e-02f, 3.928248212e-02f, -1.160495505e-01f, 5.859853029e-01f};
    static const float FINE_S3[5] = {2.042203909e-03f, -1.374775264e-02f, 5.007237568e-02f, -1.470606923e-01f, 6.086938381e-01f};
    static const float FINE_S4[5] = {2.135071438e-03f, -1.468320750e-02f, 5.374936387e-02f, -1.575734913e-01f, 6.163722873e-01f};
    static const float FINE_A1[5] = {8.266511140e-04f, -3.255065996e-03f, 8.958065882e-03f, -2.558257803e-02f, 4.232503176e-01f};
    static const float FINE_A2[5] = {9.923218749e-04f, -3.961662296e-03f, 1.091113221e-02f, -3.057533875e-02f, 3.070771992e-01f};
    static const float FINE_A3[5] = {6.381246494e-04f, -2.569457982e-03f, 7.080775220e-03f, -1.962839812e-02f, 1.614230424e-01f};
    static const float ANNEX_S0[6] = {-3.295898438e-03f, 1.293945312e-02f, -2.313232422e-02f, 4.040527344e-02f, -8.087158203e-02f, 5.547485352e-01f};
    static const float ANNEX_S1[6] = {-2.404785156e-02f, 3.118896484e-02f, -5.499267578e-02f, 9.533691406e-02f, -1.834106445e-01f, 6.224365234e-01f};
    static const float ANNEX_A0[6] = {5.004882812e-03f, -1.953125000e-03f, 3.479003906e-03f, -7.202148438e-03f, 2.142333984e-02f, -4.174194336e-01f};
    static const float ANNEX_A1[6] = {-5.126953125e-03f, -1.892089844e-03f, 3.234863281e-03f, -6.225585938e-03f, 1.690673828e-02f, -1.573486328e-01f};
    """
    const float HALF[32]
    const float FINE_S1[5]
    const float FINE_S2[5]
    const float FINE_S3[5]
    const float FINE_S4[5]
    const float FINE_A1[5]
    const float FINE_A2[5]
    const float FINE_A3[5]
    const float ANNEX_S0[6]
    const float ANNEX_S1[6]
    const float ANNEX_A0[6]
    const float ANNEX_A1[6]
