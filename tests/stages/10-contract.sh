#!/bin/sh
# The contract and its examples, checked by spectral and ajv.
exec tests/contract/run.sh
