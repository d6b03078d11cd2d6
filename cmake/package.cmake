# What `cmake --install` puts where, and the Debian package that CPack makes of it (`make package`).
include(GNUInstallDirs)
set(files ${CMAKE_SOURCE_DIR}/packaging)
set(document ${CMAKE_INSTALL_DATAROOTDIR}/doc/deskwire)

install(TARGETS deskwire RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${files}/deskwire.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${files}/deskwire.unit DESTINATION lib/systemd/system RENAME deskwire.service)
install(FILES ${files}/deskwire.toml.example ${files}/slack-app-manifest.yaml
              ${files}/prometheus-rules.yml ${files}/grafana-dashboard.json
        DESTINATION ${document}/examples)
install(FILES README.md CHANGELOG.md ${files}/debian/copyright DESTINATION ${document})
# The program looks in /etc wherever it lies itself; what an administrator has there stays.
install(CODE "if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr\" AND
   NOT EXISTS \"\$ENV{DESTDIR}/etc/deskwire/deskwire.toml\")
  file(INSTALL DESTINATION /etc/deskwire TYPE FILE FILES \"${files}/deskwire.toml\")
endif()")

# The program prints its own completions.
function(dw_install_completion shell folder name)
  set(made ${CMAKE_BINARY_DIR}/completions/${shell}/${name})
  install(CODE "file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/completions/${shell})
execute_process(COMMAND $<TARGET_FILE:deskwire> completions ${shell} OUTPUT_FILE ${made}
                COMMAND_ERROR_IS_FATAL ANY)")
  install(FILES ${made} DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/${folder})
endfunction()
dw_install_completion(bash bash-completion/completions deskwire)
dw_install_completion(zsh zsh/vendor-completions _deskwire)
dw_install_completion(fish fish/vendor_completions.d deskwire.fish)

# What is built is packaged; the tests' programs need not be.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY TRUE)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME deskwire)
set(CPACK_PACKAGE_VENDOR Deskwire)
set(CPACK_PACKAGE_CONTACT "Deskwire contributors <deskwire@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "carries support tickets between chat and desks")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "One daemon and command line over one durable journal:
tickets from Microsoft Teams, Slack threads that are Zendesk tickets, updates
per agent, notices to customers, spikes of ticket volume, and a live board.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "adduser, ca-certificates, fonts-dejavu-core, init-system-helpers, tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS systemd)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${files}/debian/postinst ${files}/debian/prerm
    ${files}/debian/postrm ${files}/debian/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
include(CPack)
