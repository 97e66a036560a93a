"""Kubernetes manifests: played as pods and containers, and made of them."""
