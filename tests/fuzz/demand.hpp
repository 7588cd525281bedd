#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the process, which libFuzzer takes for a finding, if what must hold does not.
inline void demand(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}
