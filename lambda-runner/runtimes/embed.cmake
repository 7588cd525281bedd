# Writes OUTPUT, a C++ source that holds the texts of bootstrap.py and bootstrap.mjs in FOLDER.
# Called as: cmake -DFOLDER=... -DOUTPUT=... -P embed.cmake
set(source "#include \"lambda-runner/runtimes.hpp\"\n\nnamespace rivulet::runtimes {\n")
foreach(extension py mjs)
  file(READ ${FOLDER}/bootstrap.${extension} text)
  string(APPEND source
         "\nconst std::string_view bootstrap_${extension} = R\"BOOTSTRAP(${text})BOOTSTRAP\";\n")
endforeach()
string(APPEND source "\n}  // namespace rivulet::runtimes\n")
file(WRITE ${OUTPUT} "${source}")
