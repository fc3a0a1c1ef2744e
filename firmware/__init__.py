"""The box. `params`, `presets` and `protocol` are shared with the laptop, so importing this package must stay weightless."""
