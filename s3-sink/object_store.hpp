#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/account_region.hpp"
#include "common/clock.hpp"
#include "common/random.hpp"
#include "common/result.hpp"
#include "config/settings.hpp"
#include "s3-sink/metadata_files.hpp"
#include "s3-sink/object_listing.hpp"

namespace rivulet {

struct Bucket {
    std::string name;
    std::optional<AccountRegion> owner;  ///< nobody: the folder was made by hand
    Timestamp created;
};

struct ObjectInfo {
    std::string key;
    std::uint64_t size = 0;  ///< bytes
    Timestamp last_modified;
    std::string etag;  ///< the MD5 digest in hexadecimal, without quotes
    Attributes attributes;
};

struct ObjectListing {
    struct Item {
        ObjectInfo object;  ///< of a common prefix, only the key
        bool is_prefix = false;
    };
    std::vector<Item> items;  ///< in the byte order of keys and common prefixes
    bool truncated = false;
    /// The last name that was looked at: where to go on if truncated. Not among the items if it was deleted meanwhile.
    ListItem last;
};

/// Decides on a change while nothing else can change the object; null stands for no object.
using Precondition = std::function<Result<void>(const ObjectInfo*)>;

/// An object as it was when it was opened: it can be read to its end, whatever replaces it.
class ObjectReader {
public:
    ObjectReader(ObjectInfo info, FileHandle file) : info_(std::move(info)), file_(std::move(file)) {}

    const ObjectInfo& info() const { return info_; }

    /// Reads at `offset`; fewer bytes than the buffer holds only at the end. Errors: io_failure.
    Result<std::size_t> read(std::uint64_t offset, std::span<char> buffer) const {
        return read_at(file_.get(), offset, buffer);
    }

private:
    ObjectInfo info_;
    FileHandle file_;
};

class ObjectStore;

/// A new object on its way in. It is seen by nobody before `commit`, and if it is dropped without, nothing is left.
/// One thread at a time.
class ObjectWriter {
public:
    ObjectWriter(ObjectWriter&&) noexcept;
    ~ObjectWriter();

    /// Errors: io_failure.
    Result<void> append(std::string_view bytes);

    /// Puts the object in its place, at once: a reader sees the one before or this one whole. If `allowed` is given and
    /// answers an error, nothing changes and that is the answer. After this the writer is spent.
    /// Errors: s3_no_such_bucket, s3_key_too_long, io_failure, what `allowed` answers.
    Result<ObjectInfo> commit(std::string_view key, Attributes attributes, const Precondition& allowed = {});

private:
    friend class ObjectStore;
    struct State;
    explicit ObjectWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Buckets are the folders of a directory and objects are the plain files in them, which people may list, read, add,
/// edit and delete with other programs too. key_path.hpp says how keys become paths; what a file cannot tell (ETag,
/// content type and the like) is kept in the hidden folder `.meta`, and is ignored once a file was changed by hand: the
/// ETag is then computed from the bytes.
///
/// What is acknowledged survives a crash of the process at any moment, and with Durability::power one of the machine.
///
/// Thread safety: every member may be called from any thread. All of them block. Errors of every member: io_failure,
/// and s3_no_such_bucket where one is named, also for a name that no bucket can have.
class ObjectStore {
public:
    struct Options {
        std::filesystem::path directory;
        Durability durability = Durability::process;
    };

    /// Opens the directory, creating it if absent, and removes what a crash left half-written. `clock` and `random`
    /// must outlive the store.
    static Result<std::unique_ptr<ObjectStore>> open(const Options& options, Clock& clock, Random& random);

    /// Errors: s3_invalid_bucket_name; s3_bucket_already_owned_by_you and s3_bucket_already_exists if there is one.
    Result<void> create_bucket(const std::string& name, const AccountRegion& owner);

    Result<Bucket> find_bucket(const std::string& name) const;

    /// All buckets by name, whoever owns them.
    Result<std::vector<Bucket>> list_buckets() const;

    /// Errors: s3_bucket_not_empty, also for files that are not objects.
    Result<void> delete_bucket(const std::string& name);

    /// Begins a new object.
    Result<ObjectWriter> write(const std::string& bucket);

    /// Stores a small object in one step. Errors: as of ObjectWriter.
    Result<ObjectInfo> put(const std::string& bucket, std::string_view key, std::string_view bytes,
                           std::string content_type);

    /// Errors: s3_no_such_key.
    Result<ObjectReader> read(const std::string& bucket, std::string_view key);

    /// Removes an object; it is fine if there is none. Errors: what `allowed` answers.
    Result<void> erase(const std::string& bucket, std::string_view key, const Precondition& allowed = {});

    /// Lists objects with all that is known of them.
    Result<ObjectListing> list(const std::string& bucket, const ListQuery& query);

private:
    friend class ObjectWriter;
    ObjectStore(FileHandle root, MetadataFiles metadata, Durability durability, Clock& clock, Random& random)
        : root_(std::move(root)),
          metadata_(std::move(metadata)),
          durability_(durability),
          clock_(clock),
          random_(random) {}

    Result<FileHandle> open_bucket(const std::string& name) const;
    Result<ObjectReader> open_object(const std::string& bucket, int folder, std::string_view key, bool remember);
    Result<std::string> compute_etag(int file) const;
    Result<void> check(const std::string& bucket, int folder, std::string_view key, const Precondition& allowed);
    Bucket describe_bucket(const std::string& name, int folder) const;
    void clean_buckets() const;
    std::mutex& changes(const std::string& bucket);
    bool durable() const { return durability_ == Durability::power; }

    FileHandle root_;
    MetadataFiles metadata_;
    Durability durability_;
    Clock& clock_;
    Random& random_;
    std::array<std::mutex, 16> changes_;  ///< one change at a time in a bucket; buckets share them by hash
};

}  // namespace rivulet
