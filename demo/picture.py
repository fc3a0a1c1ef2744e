"""`make picture`: makes docs/demo.png for the README from the report of the last demo."""

from PIL import Image

SOURCE, TARGET = "out/report.png", "docs/demo.png"
WIDTH, COLOURS = 900, 48

if __name__ == "__main__":
    picture = Image.open(SOURCE).convert("RGB")
    size = (WIDTH, round(picture.height * WIDTH / picture.width))
    picture.resize(size, Image.Resampling.LANCZOS).quantize(COLOURS, dither=Image.Dither.NONE).save(
        TARGET, optimize=True
    )
