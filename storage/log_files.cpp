#include "storage/log_files.hpp"

namespace rivulet {

namespace {

class LogFile final : public rocksdb::FSWritableFileOwnerWrapper {
public:
    explicit LogFile(std::unique_ptr<rocksdb::FSWritableFile>&& file) : FSWritableFileOwnerWrapper(std::move(file)) {}

    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
        auto status = target()->PositionedAppend(data, end_, options, debug);
        if (status.ok()) end_ += data.size();
        return status;
    }

    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo&, rocksdb::IODebugContext* debug) override {
        return Append(data, options, debug);
    }

private:
    std::uint64_t end_ = 0;  ///< of what was written whole
};

}  // namespace

rocksdb::IOStatus LogFiles::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                            std::unique_ptr<rocksdb::FSWritableFile>* file,
                                            rocksdb::IODebugContext* debug) {
    auto status = target()->NewWritableFile(name, options, file, debug);
    if (status.ok() && name.ends_with(".log")) *file = std::make_unique<LogFile>(std::move(*file));
    return status;
}

}  // namespace rivulet
