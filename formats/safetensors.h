#ifndef FORMATS_SAFETENSORS_H
#define FORMATS_SAFETENSORS_H

#include "core/base/error.h"
#include "formats/model.h"

#include <stdbool.h>
#include <stddef.h>

/* Parameters as a file of safetensors, which PyTorch and others load without
 * running anything: eight bytes that say how long the header is, the header
 * (JSON: name, type, shape, place of each), the numbers. */

/* Write the model's parameters under PyTorch's names, as PATH, which appears
 * only when it is complete: float32, but num_batches_tracked as PyTorch has it,
 * one int64 without dimensions. Same parameters, same bytes. */
int safetensors_write(const char *path, const struct model *model, bool force,
                      struct error *err) MUST_CHECK;

/* Does the file begin as one of these do (not as HDF5 does)? False, too, where
 * it cannot be read. */
bool safetensors_is_one(const char *path);

/* Read float32 tensors, and int64 ones without dimensions (as [1]), into a
 * model that has parameters and a digest (SHA-256 of the file), and is empty
 * otherwise: no net, no classes. The caller frees *ret with model_free().
 * ERR_FORMAT names what is wrong: header, types, places that overlap or leave
 * gaps, numbers that are not finite. Thread-safe. */
int safetensors_read(struct model **ret, const char *path, struct error *err) MUST_CHECK;

#endif
