"""The mix of the demo (`host_cli.render.demo_mix`). `python -m demo.mix FILE` writes it at 48 kHz."""

from host_cli.render import synthesise

__all__ = ["synthesise"]

if __name__ == "__main__":
    import sys

    from host_cli.render import audiofile

    RATE_HZ = 48000
    audiofile.write_words(sys.argv[1], audiofile.words_from_float(synthesise(RATE_HZ).T), RATE_HZ)
