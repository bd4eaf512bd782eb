// Any bytes: the walker ends with a value or an error, every delivered path stays below the package, bodies have the
// size that was announced, and the pieces in which the bytes arrive change nothing.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "hoist/base/file.hpp"
#include "hoist/package/tar_reader.hpp"

namespace {

using namespace hoist::package;

class CheckingSink final : public TarSink {
 public:
  std::string log;

  hoist::Result<void> begin(const TarEntry& entry) override {
    std::string path(entry.path);
    for (char& c : path)
      if (c == '\\') c = '_';  // an ordinary character on POSIX
    if (path.size() < 2 || path[1] != ':')
      if (!hoist::is_safe_relative_path(path)) std::abort();
    if ((entry.mode & ~0777U) != 0 || (entry.mode & 0600U) != 0600U) std::abort();
    left_ = entry.size;
    log.append(entry.path).append("\n");
    return {};
  }
  hoist::Result<void> data(std::string_view bytes) override {
    if (bytes.empty() || bytes.size() > left_) std::abort();
    left_ -= bytes.size();
    log.append(bytes);
    return {};
  }
  hoist::Result<void> end() override {
    if (left_ != 0) std::abort();
    return {};
  }

 private:
  std::uint64_t left_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const TarLimits limits{.max_entries = 1000, .max_total = 8U << 20U};
  CheckingSink whole;
  TarWalker walker(whole, limits);
  auto result = walker.feed(bytes);
  if (result) result = walker.finish();

  CheckingSink pieces;
  TarWalker stepping(pieces, limits);
  hoist::Result<void> stepped;
  const std::size_t piece = size > 0 ? 1 + data[0] : 1;
  for (std::size_t at = 0; at < size && stepped; at += piece) stepped = stepping.feed(bytes.substr(at, piece));
  if (stepped) stepped = stepping.finish();
  if (result.has_value() != stepped.has_value()) std::abort();
  if (result && whole.log != pieces.log) std::abort();

  CheckingSink inflated;
  Inflater inflater;
  (void)walk_tarball(bytes, inflated, inflater, limits);
  return 0;
}
