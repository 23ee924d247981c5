"""`make bench-vision`: counting people, side by side with the pipeline that people use today."""
