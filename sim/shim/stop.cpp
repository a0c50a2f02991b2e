// What happens when an assertion of the design fails? The call that met it comes back and says so.
#include <string>

#include "verilated.h"

thread_local std::string model_stopped;

void vl_stop(const char* filename, int linenum, const char* hier) VL_MT_UNSAFE {
    model_stopped = std::string("an assertion failed at ") + filename + ":" +
                    std::to_string(linenum) + " in " + hier;
}
