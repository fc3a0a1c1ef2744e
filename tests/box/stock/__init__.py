"""The second layer of the test bed: Debian's own PREEMPT_RT kernel, unmodified, in an emulator that counts instructions."""
