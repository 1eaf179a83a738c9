// Shows /openapi.json with Swagger UI, without asking any other site whether the document is valid.
SwaggerUIBundle({
  url: "/openapi.json",
  domNode: document.getElementById("interface"),
  deepLinking: true,
  validatorUrl: "none",
  persistAuthorization: false,
});
