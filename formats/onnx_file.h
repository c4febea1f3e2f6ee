#ifndef FORMATS_ONNX_FILE_H
#define FORMATS_ONNX_FILE_H

#include "core/base/error.h"
#include "formats/model.h"

#include <stdbool.h>

/* A model as ONNX (docs/interchange.md): opset 13, IR version 7. It reads
 * "frames", bytes as a pack holds them, and gives "logits", what predict makes
 * its softmax of. */

/* Write `model`, which was read and whose net was built for its parameters, as
 * PATH, which appears only when it is complete. The same model gives the same
 * bytes. ERR_VALUE for layers that ONNX has nothing for, ERR_EXISTS where PATH
 * is there and not `force`. */
int onnx_file_write(const char *path, const struct model *model, bool force,
                    struct error *err) MUST_CHECK;

#endif
