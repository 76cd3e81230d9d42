// All texts of the page, in each of its languages. An outcome has a title and paragraphs.

export const texts = {
  en: {
    name: "English",
    title: "A message to wasm-http-server",
    introduction: "Posts what you write to a server of another origin, and shows what it answers.",
    language: "Language",
    server: "Server address",
    serverFormat: "begins with http:// or https://",
    contentType: "Content type",
    contentTypes: {
      "text/plain": "text/plain: sent at once",
      "application/json": "application/json: sent after a preflight",
    },
    seconds: "Time limit in seconds",
    message: "Message",
    greeting: "Hello from the browser",
    send: "Send",
    sendKey: "or Ctrl+Enter in the message",
    sending: "Waiting for the answer …",
    nothingSent: "Nothing is sent yet. What the server answers stands here.",
    says: "The server says:",
    roundTrip: "Round trip",
    answeredBy: "Answered by",
    requestID: "Request ID",
    details: "What was sent and received",
    requestHeaders: "Request headers",
    requestNote: "The browser adds some of its own, such as User-Agent.",
    responseHeaders: "Response headers",
    responseNote: "Of a response from another origin a page sees only what the server exposes.",
    copy: "Copy",
    copied: "Copied",
    history: "Sent so far",
    none: "–",
    answer: ({ outcome }) => [`Answer (${outcome.status})`],
    tooLarge: () => [
      "The message is too large (413)",
      "The server takes no requests of this size. Write less, or let the server take more " +
        "(MAX_REQUEST_SIZE).",
    ],
    status: ({ outcome }) => [`The server refused the message (${outcome.status})`],
    timeout: ({ server, seconds }) => [
      `No answer within ${seconds} s`,
      `${server} may be busy, or something on the way to it keeps the message or the answer.`,
    ],
    unreadable: ({ server, origin }) => [
      "There is no answer that this page may read",
      "The browser does not tell a page why. Most often it is one of two:",
      `No server answers at ${server}. Does it run, and is the address right?`,
      `Or it answers, but does not let pages of ${origin} read that. Does CORS_ALLOW_ORIGIN have ` +
        "this origin?",
      "The browser's console (F12) has the reason.",
    ],
  },

  ja: {
    name: "日本語",
    title: "wasm-http-server へのメッセージ",
    introduction: "入力した内容を別オリジンのサーバーに POST し、その応答を表示します。",
    language: "言語",
    server: "サーバーのアドレス",
    serverFormat: "http:// または https:// で始めてください",
    contentType: "コンテンツタイプ",
    contentTypes: {
      "text/plain": "text/plain: そのまま送信",
      "application/json": "application/json: プリフライトの後に送信",
    },
    seconds: "制限時間 (秒)",
    message: "メッセージ",
    greeting: "ブラウザーからこんにちは",
    send: "送信",
    sendKey: "メッセージ欄で Ctrl+Enter でも送信できます",
    sending: "応答を待っています…",
    nothingSent: "まだ何も送信していません。サーバーの応答がここに表示されます。",
    says: "サーバーの説明:",
    roundTrip: "往復時間",
    answeredBy: "応答したサーバー",
    requestID: "リクエスト ID",
    details: "送受信の内容",
    requestHeaders: "リクエストヘッダー",
    requestNote: "このほかに、ブラウザーが User-Agent などを付け加えます。",
    responseHeaders: "レスポンスヘッダー",
    responseNote: "別オリジンの応答では、サーバーが公開したヘッダーだけをページから読み取れます。",
    copy: "コピー",
    copied: "コピーしました",
    history: "送信履歴",
    none: "–",
    answer: ({ outcome }) => [`応答 (${outcome.status})`],
    tooLarge: () => [
      "メッセージが大きすぎます (413)",
      "サーバーはこの大きさのリクエストを受け付けません。短くするか、サーバーの上限 " +
        "(MAX_REQUEST_SIZE) を上げてください。",
    ],
    status: ({ outcome }) => [`サーバーがメッセージを拒否しました (${outcome.status})`],
    timeout: ({ server, seconds }) => [
      `${seconds} 秒以内に応答がありませんでした`,
      `${server} が混み合っているか、途中の経路でメッセージまたは応答が止まっています。`,
    ],
    unreadable: ({ server, origin }) => [
      "このページから読める応答がありません",
      "ブラウザーはページに理由を知らせません。多くの場合、次のどちらかです:",
      `${server} で応答するサーバーがない。起動していますか。アドレスは正しいですか。`,
      `または、応答はあるが ${origin} のページには読み取りを許可していない。` +
        "CORS_ALLOW_ORIGIN にこのオリジンがありますか。",
      "理由は、ブラウザーのコンソール (F12) に表示されます。",
    ],
  },
};

export const languages = Object.keys(texts);

// The first of the browser's languages that the page supports.
export function browserLanguage() {
  const wanted = navigator.languages.map((tag) => tag.split("-")[0].toLowerCase());
  return wanted.find((language) => languages.includes(language)) ?? "en";
}
