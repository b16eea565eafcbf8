"""What people type in Japanese or English, read strictly: one reading is taken, two are asked back."""
