"""Training as pages show it: who may do what, what opens a shut gate, what somebody could do on a past day."""
