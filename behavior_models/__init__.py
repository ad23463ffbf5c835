"""The hand and the mind: one model a file, parameters in, arrays out; no clock, no schema."""
