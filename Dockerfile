# derive with everything that a class takes. The folder with the problem files is /work:
#   docker build -t derive .
#   docker run --rm -v "$PWD:/work" derive solve handout.toml
FROM python:3.13-slim
COPY . /src
RUN pip install --no-cache-dir '/src[class,practice,typst,xlsx]' && rm -rf /src \
 && useradd --create-home --uid 1000 teacher
USER teacher
WORKDIR /work
# The fonts and formats that LaTeX makes once are made here, not at the first page.
RUN python -m derive example --to pdf -o /tmp/first
ENTRYPOINT ["python", "-m", "derive"]
CMD ["--help"]
