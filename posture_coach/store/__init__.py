"""What is kept between two runs: a person's places, in files that can be read and edited."""
