import App
import HTTPServer

guard let secret = Environment["WEBHOOK_SECRET"], secret.count >= 32 else {
  Server.fail("WEBHOOK_SECRET must have at least 32 octets")
}
Server.run(makeRoutes(secret: secret.copy), name: "webhook")
