#pragma once
/// The pages of the web login: plain HTML without scripts.

#include <string>
#include <string_view>

namespace hoist::registry {

/// What a person has to see before agreeing: the code that the terminal shows, and who asked.
struct LoginPage {
  std::string action;   ///< where the form goes
  std::string code;     ///< short, to be compared with nothing but itself: it names the session
  std::string address;  ///< of the client that asked
  std::string agent;    ///< its user agent
  std::string problem;  ///< what was wrong with the last try; empty: nothing
};
[[nodiscard]] std::string render_login_page(const LoginPage& page);
/// A page with one sentence.
[[nodiscard]] std::string render_message_page(std::string_view title, std::string_view sentence);
/// `&`, `<`, `>` and quotes as entities.
[[nodiscard]] std::string escape_html(std::string_view text);

}  // namespace hoist::registry
