"""Commands for remote control: midi and osc."""
