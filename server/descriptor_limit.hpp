#pragma once

#include <cstddef>

namespace rivulet {

/// Raises this process's limit of open files as far as it may without more rights, and returns what it is then.
std::size_t raise_descriptor_limit();

}  // namespace rivulet
