import HTTPServer

extension Response {
  /// Makes the guestbook the content.
  ///
  /// - Parameter name: what the form has as the guest's name.
  mutating func page(_ entries: [Entry], name: String) {
    contentType = "text/html; charset=utf-8"
    write(
      """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <title>Guestbook</title>
      <h1>Guestbook</h1>
      <form method="post" action="/">
      <p><label>Name <input name="name" required maxlength="50" value="
      """)
    write(escaped: name)
    write(
      """
      "></label>
      <p><label>Message <textarea name="message" required maxlength="500"></textarea></label>
      <p><button>Sign</button>
      </form>

      """)
    for entry in entries {
      write("<h2>")
      write(escaped: entry.name)
      write("</h2>\n<p>")
      write(escaped: entry.message)
      write("</p>\n")
    }
    write("</html>\n")
  }
}
