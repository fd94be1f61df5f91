// Shows the document that this script's element names, by Swagger UI. The page runs no other script of ours: its
// Content-Security-Policy admits scripts of this origin only, and none within the page.
const address = document.currentScript.dataset.document;
SwaggerUIBundle({
  url: address,
  dom_id: "#swagger-ui",
  deepLinking: true,
  showExtensions: true,
  showCommonExtensions: true,
  layout: "BaseLayout",
  presets: [SwaggerUIBundle.presets.apis],
});
