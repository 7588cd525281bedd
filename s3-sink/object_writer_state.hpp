#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "s3-sink/file_system.hpp"
#include "s3-sink/object_store.hpp"

namespace rivulet {

/// Begins the names of unfinished files in a bucket's own folder: no key has such a path.
inline constexpr std::string_view unfinished_prefix = "%tmp-";

/// An MD5 digest of bytes that come in pieces.
class Md5 {
public:
    Md5();
    Md5(Md5&&) noexcept;
    ~Md5();

    void update(std::string_view bytes);
    /// The digest in hexadecimal; nothing more can be added.
    std::string hex();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

struct ObjectWriter::State {
    ObjectStore& store;
    std::string bucket;
    FileHandle home;  ///< the bucket's folder if `directory` is that
    int directory;    ///< where the unfinished file is
    std::string name;
    FileHandle file;
    Md5 digest;
};

}  // namespace rivulet
