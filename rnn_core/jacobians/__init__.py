"""The product of Jacobians: exponents, singular values, memory."""
