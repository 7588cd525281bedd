#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "common/hex.hpp"
#include "common/limits.hpp"
#include "s3-sink/object_store.hpp"
#include "s3-sink/object_tree.hpp"
#include "s3-sink/object_writer_state.hpp"

namespace rivulet {

namespace {

/// Sets a file's time of last change.
Result<void> set_modified(int file, Timestamp time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    timespec value{};
    value.tv_sec = seconds.time_since_epoch().count();
    value.tv_nsec = std::chrono::nanoseconds(time - seconds).count();
    const std::array<timespec, 2> times{value, value};
    if (futimens(file, times.data()) != 0) return system_error("date the object", errno);
    return {};
}

}  // namespace

struct Md5::Context {
    EVP_MD_CTX* handle = EVP_MD_CTX_new();
    Context() { EVP_DigestInit_ex(handle, EVP_md5(), nullptr); }
    ~Context() { EVP_MD_CTX_free(handle); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
};

Md5::Md5() : context_(std::make_unique<Context>()) {}
Md5::Md5(Md5&&) noexcept = default;
Md5::~Md5() = default;

void Md5::update(std::string_view bytes) {
    EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size());
}

std::string Md5::hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out;
    unsigned size = 0;
    EVP_DigestFinal_ex(context_->handle, out.data(), &size);
    return hex_encode({reinterpret_cast<const char*>(out.data()), size});
}

ObjectWriter::ObjectWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ObjectWriter::ObjectWriter(ObjectWriter&&) noexcept = default;

ObjectWriter::~ObjectWriter() {
    // After a commit there is nothing of that name any more.
    if (state_) unlinkat(state_->directory, state_->name.c_str(), 0);
}

Result<ObjectWriter> ObjectStore::write(const std::string& bucket) {
    auto folder = open_bucket(bucket);
    if (!folder) return folder.error();
    int directory = metadata_.temporary_directory();
    std::string name = random_uuid(random_);
    if (!share_a_mount(folder->get(), directory)) {
        // A bucket on a mount of its own: only a file that is there already can be renamed into place.
        directory = folder->get();
        name.insert(0, unfinished_prefix);
    }
    auto file = create_file(directory, name);
    if (!file) return file.error();
    return ObjectWriter(std::unique_ptr<ObjectWriter::State>(new ObjectWriter::State{
        *this, bucket, std::move(*folder), directory, std::move(name), std::move(*file), Md5{}}));
}

Result<void> ObjectWriter::append(std::string_view bytes) {
    state_->digest.update(bytes);
    return write_all(state_->file.get(), bytes);
}

Result<ObjectInfo> ObjectWriter::commit(std::string_view key, Attributes attributes, const Precondition& allowed) {
    const auto state = std::move(state_);
    ObjectStore& store = state->store;
    const auto discard = [&](Error error) {
        unlinkat(state->directory, state->name.c_str(), 0);
        return error;
    };
    if (key.empty() || key.size() > limits::max_key_bytes) {
        return discard({ErrorCode::s3_key_too_long, "Your key is too long"});
    }
    ObjectNote note{state->digest.hex(), std::move(attributes)};
    // Outside the lock: the longest part of a durable write.
    if (store.durable()) {
        if (auto done = sync(state->file.get()); !done) return discard(done.error());
    }

    const std::lock_guard lock(store.changes(state->bucket));
    const auto folder = store.open_bucket(state->bucket);
    if (!folder) return discard(folder.error());
    if (auto done = store.check(state->bucket, folder->get(), key, allowed); !done) return discard(done.error());
    const Timestamp now = store.clock_.now();
    if (auto done = set_modified(state->file.get(), now); !done) return discard(done.error());
    if (store.durable()) {
        if (auto done = sync(state->file.get()); !done) return discard(done.error());
    }
    struct stat status {};
    if (fstat(state->file.get(), &status) != 0) return discard(system_error("date the object", errno));
    std::optional<FileIdentity> before;
    if (const auto current = find_object(folder->get(), key); current.file) before = identity_of(current.status);
    // The note first, beside the one on the file that is still there; then the file, in one rename.
    const auto identity = identity_of(status);
    if (auto done = store.metadata_.put(state->bucket, key, identity, note, before); !done) {
        return discard(done.error());
    }
    const LooseFile loose{state->directory, state->name};
    if (auto done = place_object(folder->get(), key, loose, store.durable()); !done) return discard(done.error());
    return ObjectInfo{std::string(key), identity.size, now, std::move(note.etag), std::move(note.attributes)};
}

}  // namespace rivulet
