"""Generators and checks of hardware/: from circuits, board.toml, panel profiles and mechanical.toml to drawings and lists."""
