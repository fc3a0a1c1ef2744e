"""Limiters at the same loudness and the same true-peak ceiling: which one changes the music least?

    make bench-sound [CLIPS=folder] [MUSIC="name ..."] [QUICK=1] [WRITE=1]

Every limiter gets the gain that brings the music to the target (integrated loudness, within 0.05 LU) and, where it goes over
the ceiling of -1 dBTP by the meter of BS.1770-5 Annex 2, a ceiling lowered by as much (`limiters.py`). Then output and input
are compared, aligned, with the level difference fitted out (`figures.py`). Lower is better:

- zim: Zimtohrli distance (psychoacoustic, 0 is the same), the worse channel, times 1e5;
- nmr: noise-to-mask ratio in Bark bands in dB; the noise is what a gain that moves over 200 ms does not explain;
- chord: on bass notes under a held chord, what is in the chord's region and is not the chord, in dB.

The music is synthesised (`signals.py`); FLAC or WAV files of CLIPS, or of ../shared/audio where that folder exists, join it,
8 seconds from the sixth on. The peers are ffmpeg's alimiter at four times the rate with five releases, and x42 dpl. Their
figures do not depend on this project, so they are kept in build/bench-sound/peers.json. `search.py` finds the values of a
style by these figures.
"""
