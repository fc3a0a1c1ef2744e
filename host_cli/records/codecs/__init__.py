"""Lossy codecs by real encoders, through the program ffmpeg: encodes files, decodes them, and lines both up."""

from .ffmpeg import CODECS, Codec, check_ffmpeg, decode, encode

__all__ = ["CODECS", "Codec", "check_ffmpeg", "decode", "encode"]
