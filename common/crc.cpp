#include "common/crc.hpp"

#include <zlib.h>

namespace rivulet {

void Crc32::update(std::string_view bytes) {
    value_ = static_cast<std::uint32_t>(crc32_z(value_, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace rivulet
