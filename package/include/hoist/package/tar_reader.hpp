#pragma once
/// Walking a package's tarball with npm's extraction rules (pacote, node-tar), and refusing hostile ones as a whole.
///
/// What npm does: the first path segment is stripped, only files and directories are extracted, links are dropped, a
/// `.gitignore` becomes `.npmignore` unless one came before, modes are widened to 0666 & ~022. Where node-tar skips an
/// entry that would leave the directory and installs the rest, this refuses the archive (docs/differences.md).

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "hoist/base/result.hpp"
#include "hoist/package/gzip.hpp"

namespace hoist::package {

struct TarLimits {
  std::uint64_t max_entries = 500'000;
  std::size_t max_path = 2048;            ///< after stripping; one segment may have 255 bytes
  std::uint64_t max_total = 4ULL << 30U;  ///< sum of the declared sizes
};

enum class TarEntryType { kFile, kDirectory };

/// One entry to extract. `path` is relative, has no `.`, `..` or empty segment, and is valid during the call only.
struct TarEntry {
  TarEntryType type = TarEntryType::kFile;
  std::string_view path;
  std::uint32_t mode = 0644;  ///< what npm would give it; never setuid, setgid or sticky
  std::uint64_t size = 0;
};

/// Receives the entries: begin, any number of data, end. Directories get begin and end only. An entry may repeat a
/// path; the last one counts.
class TarSink {
 public:
  virtual ~TarSink() = default;
  [[nodiscard]] virtual Result<void> begin(const TarEntry& entry) = 0;
  [[nodiscard]] virtual Result<void> data(std::string_view bytes) = 0;
  [[nodiscard]] virtual Result<void> end() = 0;
};

/// An incremental tar walker: ustar, pax (path, linkpath, size) and GNU long names. Bytes may come in pieces of any
/// size; a body that lies in one piece is handed on in one piece.
/// EBADTAR (not tar, damaged, truncated), ETARTRAVERSAL (`..`, absolute), ETARLINK (a link to outside of the package),
/// ETARDEVICE, ETARENTRIES, ETARPATH (too long), ETARTOOLARGE.
class TarWalker {
 public:
  explicit TarWalker(TarSink& sink, TarLimits limits = {});

  [[nodiscard]] Result<void> feed(std::string_view bytes);
  /// Call after the last piece: reports a truncated archive, or one without any entry.
  [[nodiscard]] Result<void> finish();

 private:
  enum class State { kHeader, kBody, kSkip, kMeta, kEnd };
  struct Header;

  Result<void> on_header(std::string_view block);
  Result<void> on_meta_end();
  Result<void> open_entry(const Header& header);
  Result<void> check_link(const Header& header, std::string_view path) const;
  Result<void> body_done();
  std::size_t take_body(std::string_view bytes, Result<void>& result);
  Result<bool> clean_path(std::string_view raw, std::string& out) const;
  bool apply_ignore_rule(std::string& path);

  TarSink& sink_;
  TarLimits limits_;
  State state_ = State::kHeader;
  std::string partial_;  ///< a header that is not complete yet
  std::string meta_;     ///< body of a pax or GNU long name entry
  char meta_type_ = 0;
  std::uint64_t body_left_ = 0;
  std::uint64_t padding_left_ = 0;
  std::uint64_t entries_ = 0;
  std::uint64_t total_ = 0;
  bool saw_null_block_ = false;
  bool saw_entry_ = false;
  // What pax and GNU entries say about the next one.
  bool has_path_ = false, has_link_ = false, has_size_ = false;
  std::string next_path_, next_link_;
  std::uint64_t next_size_ = 0;
  std::string path_;  ///< of the open entry
  std::set<std::string, std::less<>> ignore_files_;
};

/// Walks a tarball: gzip, or a bare tar as node-tar accepts too. `inflater` lends its buffers.
[[nodiscard]] Result<void> walk_tarball(std::string_view bytes, TarSink& sink, Inflater& inflater,
                                        const TarLimits& limits = {});

/// What a package says about itself, read out of its tarball.
struct TarballSummary {
  std::string package_json;  ///< the text; empty when the archive has none
  bool has_shrinkwrap = false;
  bool has_binding_gyp = false;
  std::uint64_t files = 0;
  std::uint64_t unpacked_size = 0;
};
/// Without touching the disk. The codes of TarWalker and Inflater; ETARTOOLARGE for a package.json above 32 MiB.
[[nodiscard]] Result<TarballSummary> inspect_tarball(std::string_view bytes, const TarLimits& limits = {});

/// The text of the package.json. ENOPACKAGEJSON when there is none.
[[nodiscard]] Result<std::string> read_tarball_package_json(std::string_view bytes, const TarLimits& limits = {});

}  // namespace hoist::package
