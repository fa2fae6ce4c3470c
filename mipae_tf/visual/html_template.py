"""The Jinja template of `html_page`."""

# The security policy prevents browsers from loading external resources.
TEMPLATE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{{ title }}</title>
<style>
:root {
  --paper: #ffffff; --ink: #222222; --soft: #666666;
  --line: #dadada; --band: #f5f6f7; --mark: #0072b2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #17191c; --ink: #e4e4e4; --soft: #a0a0a0;
    --line: #3a3d41; --band: #202327; --mark: #6cb8ee;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 70rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word;
}
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 {
  font-size: 1.2rem; margin: 2.2rem 0 .6rem; padding-bottom: .2rem;
  border-bottom: 1px solid var(--line);
}
p { margin: .6rem 0; max-width: 46rem; white-space: pre-line; }
.subtitle, figcaption, caption { color: var(--soft); }
nav { margin: 1rem 0; padding: .6rem 1rem; background: var(--band); }
nav ol { margin: 0; padding-left: 1.4rem; }
a { color: var(--mark); }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .88rem; }
caption, figcaption { text-align: left; font-size: .88rem; padding: .2rem 0; }
th, td {
  padding: .3rem .7rem; border-bottom: 1px solid var(--line);
  text-align: left; vertical-align: top;
}
thead th { border-bottom: 2px solid var(--line); vertical-align: bottom; }
tbody th { font-weight: normal; }
tbody tr:nth-child(even) { background: var(--band); }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.short { white-space: nowrap; }
figure { margin: 1rem 0; }
img {
  max-width: 100%; height: auto; padding: .4rem; border-radius: .3rem;
  background: #ffffff;
}
@media print { nav { display: none; } .wide { overflow: visible; } }
</style>
</head>
<body>
<header>
<h1>{{ title }}</h1>
{% if subtitle %}
<p class="subtitle">{{ subtitle }}</p>
{% endif %}
</header>
{% if contents %}
<nav aria-label="Contents">
<ol>
{% for section in sections %}
<li><a href="#section-{{ loop.index }}">{{ section.title }}</a></li>
{% endfor %}
</ol>
</nav>
{% endif %}
<main>
{% for section in sections %}
<section id="section-{{ loop.index }}">
<h2>{{ section.title }}</h2>
{% for block in section.blocks %}
{% if kind(block) == "Table" %}
{% set numeric = block.numeric_columns() %}
<div class="wide" tabindex="0">
<table>
{% if block.caption %}
<caption>{{ block.caption }}</caption>
{% endif %}
<thead>
<tr>
{% for cell in block.head %}
<th scope="col"{% if numeric[loop.index0] %} class="number"{% endif %}>
  {%- for part in cell.split("/") -%}
  {{ part }}{% if not loop.last %}/<wbr>{% endif %}
  {%- endfor %}</th>
{% endfor %}
</tr>
</thead>
<tbody>
{% for row in block.rows %}
<tr>
{% for cell in row %}
{% set tag = "th" if loop.first else "td" %}
<{{ tag }}{% if loop.first %} scope="row"{% endif %} class="
  {%- if numeric[loop.index0] %}number {% endif %}
  {%- if cell | length <= short %}short{% endif %}">{{ cell }}</{{ tag }}>
{% endfor %}
</tr>
{% endfor %}
</tbody>
</table>
</div>
{% elif kind(block) == "Picture" %}
<figure>
<img src="{{ block.uri() }}" alt="{{ block.caption or section.title }}">
{% if block.caption %}
<figcaption>{{ block.caption }}</figcaption>
{% endif %}
</figure>
{% else %}
<p>{{ block }}</p>
{% endif %}
{% endfor %}
</section>
{% endfor %}
</main>
</body>
</html>
"""
