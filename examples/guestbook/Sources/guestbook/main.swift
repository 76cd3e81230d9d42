import App
import HTTPServer

Server.run(makeRoutes(), name: "guestbook")
