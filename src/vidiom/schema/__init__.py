"""The neutral words that everybody talks in: media, features, jobs, detections, results."""
