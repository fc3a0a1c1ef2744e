"""Finishing records on the laptop: albums, delivery formats, targets, checks, translation, proofs, catalogues.

The design in half a page:

- An album is data (`album.model`): texts, songs, what is done to each. `album.document` reads it from a file and refuses with
  file, line and key. Nothing behind it checks user input again.
- There is one timeline, in frames (`album.timeline`). Places are computed once at the rate of the programme and scaled once to the
  rate of a delivery. Files of songs are pieces of the programme, cut where songs start, so their sum is the programme.
- Renders are cached under a hash of input, settings and version of the engine (`album.runs`, `album.cache`). Songs without a gap and
  with the same settings are one run of the engine, so that their join has no seam.
- Rate and word length are converted once, on the whole programme (`album.conversion`): soxr, then the dither of the box.
- Formats are pure functions (`formats`): a `Disc` in, bytes out, and back. Files are opened by `delivery` only, in a temporary
  folder beside the target, which gets its name when everything is complete.
- Targets of services and models of loudspeakers are data files.
"""
