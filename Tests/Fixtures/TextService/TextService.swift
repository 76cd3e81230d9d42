import Encodings
import HTTPCodec
import HTTPServer
import HTTPService
import Memory

/// A service that reads and writes what clients send beside JSON, a route for each kind: for tests of a module, in
/// which numbers have 32 bits, and for measuring what each kind adds to one.
@main
struct TextService {
  static func main() {
    let routes = Routes()
    addHexadecimal(to: routes)
    addBase64(to: routes)
    addDigest(to: routes)
    addCode(to: routes)
    addIdentifier(to: routes)
    addPercent(to: routes)
    addForm(to: routes)
    addDouble(to: routes)
    addString(to: routes)
    addMultipart(to: routes)
    addCookies(to: routes)
    addDates(to: routes)
    addConditions(to: routes)
    addRanges(to: routes)
    addNegotiation(to: routes)
    addCredentials(to: routes)
    Server.run(routes)
  }

  static func addHexadecimal(to routes: Routes) {
    routes.post("/hexadecimal") { context, response in
      do throws(InvalidEncoding) {
        let octets = try Hexadecimal.decode(context.request.content)
        response.write(Hexadecimal.encode(octets.span).span)
      } catch { response.fail(.badRequest, error.expectation) }
    }
  }

  static func addBase64(to routes: Routes) {
    routes.post("/base64") { context, response in
      do throws(InvalidEncoding) {
        let octets = try Base64.standard.decode(context.request.content)
        response.write(Base64.url.encode(octets.span).span)
      } catch { response.fail(.badRequest, error.expectation) }
    }
  }

  static func addDigest(to routes: Routes) {
    routes.post("/sha256") { context, response in
      let digest = SHA256.digest(of: context.request.content)
      response.write(digest.span)
    }
  }

  static func addCode(to routes: Routes) {
    routes.post("/hmac") { context, response in
      let parts = context.request.content.split(at: UInt8(ascii: "\n"))
      guard let data = parts.after else { return response.fail(.badRequest, "a key and data") }
      let code = HMACSHA256.code(of: data, key: parts.before)
      response.write(code.span)
    }
  }

  static func addIdentifier(to routes: Routes) {
    routes.post("/uuid") { context, response in
      do throws(InvalidEncoding) {
        let id = try UUID(context.request.content)
        response.write(UUID(version4: (id.high, id.low)).text.span)
        response.write(UUID(version7At: id.high, random: (id.low, id.low)).text.span)
      } catch { response.fail(.badRequest, error.expectation) }
    }
  }

  static func addPercent(to routes: Routes) {
    routes.post("/percent") { context, response in
      do throws(InvalidInput) {
        let text = try context.request.content.percentDecoded()
        response.write(text.span)
      } catch { response.fail(.badRequest, error.expectation) }
    }
  }

  static func addForm(to routes: Routes) {
    routes.post("/form") { context, response in
      do throws(InvalidInput) {
        let form = try FormFields(context.request.content)
        response.write(Int64(try form.value("int", as: Int.self) ?? 0))
        response.write(" ")
        response.write(try form.value("int64", as: Int64.self) ?? 0)
        response.write(" ")
        for value in try form.values("octets", as: [UInt8].self) { response.write(value.span) }
      } catch { response.fail(.badRequest, error.expectation) }
    }
  }

  static func addDouble(to routes: Routes) {
    routes.post("/double") { context, response in
      guard let number = Double(text: context.request.content) else {
        return response.fail(.badRequest, Double.expectation)
      }
      response.write(Int64(bitPattern: number.bitPattern))
    }
  }

  static func addString(to routes: Routes) {
    routes.post("/string") { context, response in
      guard let text = String(text: context.request.content) else {
        return response.fail(.badRequest, String.expectation)
      }
      response.write(Int64(text.utf8.count))
    }
  }

  static func addMultipart(to routes: Routes) {
    routes.post("/multipart") { context, response in
      do throws(InvalidInput) {
        var parts = try Multipart(
          context.request.content, contentType: context.request.fields["content-type"])
        while let part = try parts.next() {
          response.write(part.name.span)
          if let filename = part.filename { response.write(filename.span) }
          response.write(part.content)
        }
      } catch { response.fail(.badRequest, error.expectation) }
    }
  }

  static func addCookies(to routes: Routes) {
    routes.get("/cookies") { context, response in
      guard let session = Cookies(context.request.fields)["session"] else { return }
      do throws(InvalidInput) {
        var attributes = CookieAttributes()
        attributes.maxAge = 3600
        var field = OctetBuffer(limit: 8192)
        try field.append(setCookie: ("session" as StaticString).octets, session, attributes)
        response.addField("set-cookie", field.octets)
      } catch { response.fail(.badRequest, error.expectation) }
    }
  }

  static func addDates(to routes: Routes) {
    routes.post("/date") { context, response in
      guard let seconds = context.request.content.httpDate(now: 1_800_000_000) else {
        return response.fail(.badRequest, "a date")
      }
      response.write(seconds)
    }
  }

  static func addConditions(to routes: Routes) {
    routes.get("/conditions") { context, response in
      let validators = Validators(entityTag: EntityTag("\"v1\""), lastModified: 784_111_777)
      switch Preconditions.evaluate(
        context.request.fields, method: context.request.method, validators, now: 1_800_000_000)
      {
      case .perform(let usesRange): response.write(usesRange ? "range" : "all")
      case .notModified: response.write("not modified")
      case .failed: response.fail(.preconditionFailed, "changed")
      }
    }
  }

  static func addRanges(to routes: Routes) {
    routes.get("/range") { context, response in
      switch RequestedRange(context.request.fields, length: 10_000_000_000) {
      case .all: response.write("all")
      case .part(let first, let last):
        response.write(first)
        response.write("-")
        response.write(last)
      case .unsatisfiable: response.fail(.rangeNotSatisfiable, "out of range")
      }
    }
  }

  static func addNegotiation(to routes: Routes) {
    routes.get("/accept") { context, response in
      let types = AcceptedTypes(context.request.fields)
      response.write(Int64(types.best(of: ["application/json", "text/html"]) ?? -1))
      response.write(Int64(AcceptedCodings(context.request.fields).quality(of: "gzip")))
    }
  }

  static func addCredentials(to routes: Routes) {
    routes.get("/credentials") { context, response in
      guard let credentials = Credentials(context.request.fields) else { return }
      if let token = credentials.bearerToken { response.write(token) }
      guard let user = credentials.basic else { return }
      response.write(user.name)
      response.write(" ")
      response.write(user.password)
    }
  }
}
