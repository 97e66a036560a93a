"""What the dialogs with fields ask for: a module each, from which the one dialog is drawn."""
