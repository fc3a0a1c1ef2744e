"""FFT: placeholder until it lands."""
