/* zita-convolver for the benches: one kernel for both channels, with partitions of one block.
   `zita.py` compiles this file: c++ -shared -fPIC -O2, -lzita-convolver -lfftw3f. */

#include <cstdint>
#include <cstring>

#include <zita-convolver.h>

extern "C" {

/* Create a convolver. NULL if zita-convolver refuses. FFTW may measure its fastest transform; vector instructions are allowed. */
void *zita_open(const float *kernel, int taps, int block) {
  Convproc *made = new Convproc;
  made->set_options(Convproc::OPT_FFTW_MEASURE | Convproc::OPT_VECTOR_MODE);
  bool ok = made->configure(2, 2, taps, block, block, block, 0.0f) == 0;
  for (int channel = 0; ok && channel < 2; channel++)
    ok = made->impdata_create(channel, channel, 1, const_cast<float *>(kernel), 0, taps) == 0;
  if (ok && made->start_process(0, 0) == 0) return made;
  delete made;
  return nullptr;
}

/* Process `frames` frames (whole blocks only) from `in` to `out`. Each contains two channels of `frames` samples. */
void zita_run(void *handle, const float *in, float *out, int64_t frames, int block) {
  Convproc *made = static_cast<Convproc *>(handle);
  for (int64_t at = 0; at + block <= frames; at += block) {
    for (int channel = 0; channel < 2; channel++)
      std::memcpy(made->inpdata(channel), in + channel * frames + at, block * sizeof(float));
    made->process(true);
    for (int channel = 0; channel < 2; channel++)
      std::memcpy(out + channel * frames + at, made->outdata(channel), block * sizeof(float));
  }
}

void zita_close(void *handle) {
  Convproc *made = static_cast<Convproc *>(handle);
  made->stop_process();
  made->cleanup();
  delete made;
}
}
