"""`python -m posture_coach` is `posture-coach`."""

if __name__ == "__main__":
    # Not for worker processes, which import this file too.
    from posture_coach.cli.app import main

    main()
