"""`python -m posture_coach` is `posture-coach`."""

from posture_coach.cli import main

if __name__ == "__main__":
    main()
