#include "s3-sink/object_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "common/limits.hpp"
#include "s3-sink/bucket_name.hpp"
#include "s3-sink/object_tree.hpp"
#include "s3-sink/object_writer_state.hpp"

namespace rivulet {

namespace {

/// A file changed so lately may change again without its times telling: their steps are some milliseconds.
constexpr std::chrono::seconds settled_after{2};

Timestamp to_timestamp(std::int64_t nanoseconds) {
    return Timestamp{std::chrono::floor<std::chrono::milliseconds>(std::chrono::nanoseconds{nanoseconds})};
}

Error no_such_bucket() {
    return {ErrorCode::s3_no_such_bucket, "The specified bucket does not exist"};
}

Error no_such_key() {
    return {ErrorCode::s3_no_such_key, "The specified key does not exist."};
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> ObjectStore::open(const Options& options, Clock& clock, Random& random) {
    std::error_code failure;
    std::filesystem::create_directories(options.directory, failure);
    if (failure) return system_error("create " + options.directory.string(), failure.value());
    FileHandle root(::open(options.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root) return system_error("open " + options.directory.string(), errno);
    auto metadata = MetadataFiles::open(root.get(), options.durability, random);
    if (!metadata) return metadata.error();
    std::unique_ptr<ObjectStore> store(
        new ObjectStore(std::move(root), std::move(*metadata), options.durability, clock, random));
    store->clean_buckets();
    return store;
}

Result<void> ObjectStore::create_bucket(const std::string& name, const AccountRegion& owner) {
    if (!is_bucket_name(name)) {
        return Error{ErrorCode::s3_invalid_bucket_name, "The specified bucket is not valid."};
    }
    const std::lock_guard lock(changes(name));
    if (const auto existing = find_bucket(name)) {
        if (!existing->owner || existing->owner->account == owner.account) {
            return Error{ErrorCode::s3_bucket_already_owned_by_you,
                         "Your previous request to create the named bucket succeeded and you already own it."};
        }
        return Error{ErrorCode::s3_bucket_already_exists,
                     "The requested bucket name is not available. The bucket namespace is shared by all users of the "
                     "system. Please select a different name and try again."};
    }
    // The note first: a bucket that is there has its creation date.
    if (auto done = metadata_.put_bucket(name, {owner, clock_.now()}); !done) return done.error();
    if (mkdirat(root_.get(), name.c_str(), 0777) != 0) return system_error("create the bucket's folder", errno);
    return durable() ? sync(root_.get()) : Result<void>{};
}

Result<Bucket> ObjectStore::find_bucket(const std::string& name) const {
    const auto folder = open_bucket(name);
    if (!folder) return folder.error();
    return describe_bucket(name, folder->get());
}

Result<std::vector<Bucket>> ObjectStore::list_buckets() const {
    const auto entries = read_directory(root_.get());
    if (!entries) return entries.error();
    std::vector<Bucket> buckets;
    for (const auto& [name, kind] : *entries) {
        if (kind != EntryKind::directory) continue;
        if (auto bucket = find_bucket(name)) buckets.push_back(std::move(*bucket));
    }
    std::ranges::sort(buckets, {}, &Bucket::name);
    return buckets;
}

Result<void> ObjectStore::delete_bucket(const std::string& name) {
    const std::lock_guard lock(changes(name));
    const auto folder = open_bucket(name);
    if (!folder) return folder.error();
    const auto some =
        list_keys(folder->get(), {.prefix = {}, .delimiter = {}, .after = {}, .after_prefix = {}, .limit = 1});
    if (!some) return some.error();
    const Error not_empty{ErrorCode::s3_bucket_not_empty, "The bucket you tried to delete is not empty"};
    if (!some->items.empty()) return not_empty;
    remove_empty_directories(folder->get());
    if (unlinkat(root_.get(), name.c_str(), AT_REMOVEDIR) != 0) {
        if (errno == ENOTEMPTY || errno == EEXIST) return not_empty;
        return system_error("delete the bucket's folder", errno);
    }
    if (auto done = metadata_.erase_bucket(name); !done) return done.error();
    return durable() ? sync(root_.get()) : Result<void>{};
}

Result<ObjectInfo> ObjectStore::put(const std::string& bucket, std::string_view key, std::string_view bytes,
                                    std::string content_type) {
    auto writer = write(bucket);
    if (!writer) return writer.error();
    if (auto done = writer->append(bytes); !done) return done.error();
    return writer->commit(key, {{"content-type", std::move(content_type)}});
}

Result<ObjectReader> ObjectStore::read(const std::string& bucket, std::string_view key) {
    const auto folder = open_bucket(bucket);
    if (!folder) return folder.error();
    return open_object(bucket, folder->get(), key, true);
}

Result<void> ObjectStore::erase(const std::string& bucket, std::string_view key, const Precondition& allowed) {
    const std::lock_guard lock(changes(bucket));
    const auto folder = open_bucket(bucket);
    if (!folder) return folder.error();
    if (auto done = check(bucket, folder->get(), key, allowed); !done) return done.error();
    if (key.empty()) return {};
    if (auto done = remove_object(folder->get(), key, durable()); !done) return done.error();
    metadata_.erase(bucket, key);
    return {};
}

Result<ObjectListing> ObjectStore::list(const std::string& bucket, const ListQuery& query) {
    const auto folder = open_bucket(bucket);
    if (!folder) return folder.error();
    auto keys = list_keys(folder->get(), query);
    if (!keys) return keys.error();
    ObjectListing listing;
    listing.truncated = keys->truncated;
    if (!keys->items.empty()) listing.last = keys->items.back();
    for (auto& [name, is_prefix] : keys->items) {
        if (is_prefix) {
            listing.items.push_back(
                {{.key = std::move(name), .size = 0, .last_modified = {}, .etag = {}, .attributes = {}}, true});
            continue;
        }
        auto object = open_object(bucket, folder->get(), name, true);
        if (object) {
            listing.items.push_back({object->info(), false});
        } else if (object.error().code != ErrorCode::s3_no_such_key) {  // Deleted a moment ago is fine.
            return object.error();
        }
    }
    return listing;
}

/// The folder of a bucket.
Result<FileHandle> ObjectStore::open_bucket(const std::string& name) const {
    if (!is_bucket_name(name)) return no_such_bucket();
    auto folder = open_directory(root_.get(), name);
    if (!folder) {
        if (errno == EMFILE || errno == ENFILE || errno == EACCES) return system_error("open the bucket", errno);
        return no_such_bucket();
    }
    return folder;
}

/// An object as it is now. With `remember`, a computed ETag is noted down; a caller that holds the bucket's lock must
/// not ask for that.
Result<ObjectReader> ObjectStore::open_object(const std::string& bucket, int folder, std::string_view key,
                                              bool remember) {
    if (key.empty()) return no_such_key();
    auto found = find_object(folder, key);
    if (!found.file) return no_such_key();
    auto identity = identity_of(found.status);
    auto note = metadata_.find(bucket, key, identity);
    if (!note) {
        // Replaced twice while we looked, or not written by this store; the second look tells.
        if (auto again = find_object(folder, key); again.file && identity_of(again.status) != identity) {
            found = std::move(again);
            identity = identity_of(found.status);
            note = metadata_.find(bucket, key, identity);
        }
    }
    const Timestamp modified = to_timestamp(identity.modified_nanoseconds);
    if (!note) {
        auto etag = compute_etag(found.file.get());
        if (!etag) return etag.error();
        note = ObjectNote{std::move(*etag), {}};
        if (remember && modified + settled_after < clock_.now()) {
            const std::lock_guard lock(changes(bucket));
            const auto now = find_object(folder, key);
            if (now.file && identity_of(now.status) == identity) {
                // Only a convenience: without it, the next reader computes the ETag again.
                (void)metadata_.put(bucket, key, identity, *note, std::nullopt);
            }
        }
    }
    ObjectInfo info{std::string(key), identity.size, modified, std::move(note->etag), std::move(note->attributes)};
    return ObjectReader(std::move(info), std::move(found.file));
}

Result<std::string> ObjectStore::compute_etag(int file) const {
    Md5 digest;
    std::vector<char> buffer(128 * 1024);
    for (std::uint64_t offset = 0;;) {
        const auto count = read_at(file, offset, buffer);
        if (!count) return count.error();
        if (*count == 0) return digest.hex();
        digest.update({buffer.data(), *count});
        offset += *count;
    }
}

/// Asks `allowed`, if given, about the object as it is. The bucket's lock is held.
Result<void> ObjectStore::check(const std::string& bucket, int folder, std::string_view key,
                                const Precondition& allowed) {
    if (!allowed) return {};
    const auto current = open_object(bucket, folder, key, false);
    if (!current && current.error().code != ErrorCode::s3_no_such_key) return current.error();
    return allowed(current ? &current->info() : nullptr);
}

Bucket ObjectStore::describe_bucket(const std::string& name, int folder) const {
    if (auto note = metadata_.find_bucket(name)) return {name, std::move(note->owner), note->created};
    struct stat status {};
    fstat(folder, &status);
    return {name, std::nullopt, to_timestamp(modified_nanoseconds(status))};
}

/// Removes the unfinished files of an earlier run from the buckets' folders.
void ObjectStore::clean_buckets() const {
    const auto buckets = list_buckets();
    if (!buckets) return;
    for (const auto& bucket : *buckets) {
        const auto folder = open_bucket(bucket.name);
        if (!folder) continue;
        const auto entries = read_directory(folder->get());
        if (!entries) continue;
        for (const auto& [name, kind] : *entries) {
            if (kind == EntryKind::file && name.starts_with(unfinished_prefix))
                unlinkat(folder->get(), name.c_str(), 0);
        }
    }
}

std::mutex& ObjectStore::changes(const std::string& bucket) {
    return changes_[std::hash<std::string>{}(bucket) % changes_.size()];
}

}  // namespace rivulet
