"""What several builders share: motion, composition, the clip contract."""
