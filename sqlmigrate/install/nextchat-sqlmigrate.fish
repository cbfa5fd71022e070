# SPDX-License-Identifier: MIT
# Completion of nextchat-sqlmigrate for fish.
complete -c nextchat-sqlmigrate -f -a 'status up validate baseline repair'
complete -c nextchat-sqlmigrate -l database -x -d 'The database'
complete -c nextchat-sqlmigrate -l database-file -r -F -d 'The file that holds its URL'
complete -c nextchat-sqlmigrate -l to -x -d 'up: stop after this migration'
complete -c nextchat-sqlmigrate -l dry-run -d 'up: print the SQL, change nothing'
complete -c nextchat-sqlmigrate -l wait -x -d 'Wait for the database and for other migrators'
complete -c nextchat-sqlmigrate -s h -l help -d 'Show the options'
complete -c nextchat-sqlmigrate -s v -l version -d 'Show the version'
