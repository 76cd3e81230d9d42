import App
import HTTPServer

Server.run(makeRoutes(), name: "my-service")
