/* Nets as text: docs/net-format.md. */

#include "formats/net_text.h"
#include "tests/fuzz/fuzz_input.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = ERROR_INIT;
    struct net_spec *spec = NULL;
    char *text = fuzz_text(data, size);
    int code = net_text_parse(&spec, text, "fuzzed.net", &err);
    if ((code < 0) != (err.code < 0) || (code == 0) != (spec != NULL)) {
        abort();
    }
    net_spec_free(&spec);
    free(text);
    err = (struct error)ERROR_INIT;
    if (net_text_read(&spec, fuzz_file(data, size), &err) == 0) {
        net_spec_free(&spec);
    }
    return 0;
}
